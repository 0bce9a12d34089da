import { createRequire } from 'node:module';
import type { Engine } from '../compose.ts';
import type { EngineHost, EngineLoss, HostConfig, HostPort } from './host.ts';
import { describeLoss } from './loss.ts';
import type { EngineModule } from './node-child-entry.ts';

/**
 * Runs the engine in the main process, as the packaged app does. The engine is a file of its own and loaded
 * late: on an old Electron its native SQLite would end the process at load, before a host could be chosen.
 */
export function hostInMain(
  enginePath: string,
  config: HostConfig,
  onLoss: (loss: EngineLoss) => void,
): EngineHost {
  const load = createRequire(import.meta.url);
  let starting: Promise<{ module: EngineModule; engine: Engine }> | undefined;

  async function start(): Promise<{ module: EngineModule; engine: Engine }> {
    const module: unknown = load(enginePath);
    if (!isEngineModule(module)) throw new Error(`The engine file ${enginePath} is not an engine.`);
    return { module, engine: await module.composeEngine(config) };
  }

  async function serve(port: HostPort): Promise<void> {
    starting ??= start();
    try {
      const { module, engine } = await starting;
      module.serveEngine(port, engine);
      port.start();
    } catch (error) {
      starting = undefined;
      port.close();
      onLoss(describeLoss('failed', error));
    }
  }

  return {
    connect: (port) => void serve(port),
    close: async () => {
      const running = starting;
      starting = undefined;
      if (running === undefined) return;
      const started = await running.catch(() => undefined);
      await started?.engine.close();
    },
  };
}

function isEngineModule(value: unknown): value is EngineModule {
  return (
    typeof value === 'object' &&
    value !== null &&
    'composeEngine' in value &&
    typeof value.composeEngine === 'function' &&
    'serveEngine' in value &&
    typeof value.serveEngine === 'function'
  );
}
