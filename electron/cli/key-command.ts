import { AppError } from '../domain/app-error.ts';
import type { Services } from '../services/index.ts';
import { chooseByName } from './choose.ts';
import type { CommandCall } from './command-call.ts';
import { UsageError } from './usage-error.ts';

/**
 * Makes a key that may read all parts of the file's Profile API, or the one that is named, and prints its token with the lines that go under `keys:`
 * of the file. The token is kept nowhere.
 */
export async function key(services: Services, { name, text, options }: CommandCall): Promise<number> {
  if (name === undefined) throw new UsageError('The name of the key is missing.');
  const { models } = services.workspaces.load(text);
  const model = models.find(({ profileApi }) => (profileApi?.parts.length ?? 0) > 0);
  const parts = model?.profileApi?.parts ?? [];
  if (model === undefined) {
    throw new AppError({
      code: 'NOT_FOUND',
      message: 'No model of the file has a Profile API with parts.',
      help: 'Define it on the Profiles page and export the workspace, or write `profileApi:` into the file.',
      retry: 'after-fix',
    });
  }
  const chosen =
    options.part === undefined ? parts : [chooseByName('part', options.part, parts, (each) => each)];
  const { token } = await services.profileApis.addKey(model.connection, {
    name,
    parts: chosen.map(({ id }) => id),
  });
  const made = services.profileApis.keyOf(model.connection, name);
  if (options.json) console.log(JSON.stringify({ token, key: made }));
  else console.log(`${token}\n\nkeys:\n  - ${JSON.stringify(made)}`);
  return 0;
}
