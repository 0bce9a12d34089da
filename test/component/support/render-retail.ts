import { createRouterClient } from '@orpc/server';
import type { Component } from 'svelte';
import { onTestFinished } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Engine } from '../../../renderer/shell/engine.ts';
import { router } from '../../../renderer/shell/router.svelte.ts';
import Harness from './Harness.svelte';
import { makeRetailEngine, type RetailEngine, type RetailStart } from './retail-engine.ts';

/** Renders a page of the model or of audiences at `path`, over the small lakehouse in memory. */
export async function renderRetail(
  component: Component<{ rest: readonly string[] }>,
  path: readonly [page: string, ...rest: string[]],
  start: RetailStart = {},
): Promise<RetailEngine['state']> {
  localStorage.clear();
  const { router: canned, state } = makeRetailEngine(start);
  router.replace(...path);
  onTestFinished(router.start());
  // The pages under test call only the parts of the contract that are canned.
  const engine = createRouterClient(canned) as Engine;
  await render(Harness, { engine, component });
  return state;
}
