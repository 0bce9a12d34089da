import { z } from 'zod';
import { Activation } from './activation.ts';
import { Audience } from './audience.ts';
import { Destination } from './destination.ts';
import { Settings } from './field-spec.ts';
import { Journey } from './journey.ts';
import { CustomerModel } from './model.ts';
import { ProfileApi } from './profile-api.ts';
import { DefinitionId } from './rule.ts';

/** A warehouse account as it is stored and written to files: without its secrets. */
export const Connection = z.strictObject({
  id: DefinitionId,
  label: z.string().trim().min(1).max(120),
  kind: z.string().min(1),
  settings: Settings.default({}),
});
export type Connection = z.infer<typeof Connection>;

/** The model of one connection with the audiences over it, their activations and journeys, and its Profile API. */
export const WorkspaceModel = z.strictObject({
  connection: DefinitionId,
  ...CustomerModel.shape,
  audiences: z.array(Audience).default([]),
  activations: z.array(Activation).default([]),
  journeys: z.array(Journey).default([]),
  /** What is told of customers at once, and to whom. Keys are in it by their digests only. */
  profileApi: ProfileApi.optional(),
});
export type WorkspaceModel = z.infer<typeof WorkspaceModel>;

/** The workspace as code: every definition, no secret, no row. */
export const Workspace = z.strictObject({
  version: z.literal(1),
  connections: z.array(Connection).default([]),
  destinations: z.array(Destination).default([]),
  models: z.array(WorkspaceModel).default([]),
});
export type Workspace = z.infer<typeof Workspace>;
