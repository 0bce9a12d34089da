import { createRouterClient } from '@orpc/server';
import type { Component } from 'svelte';
import { onTestFinished } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Engine } from '../../../renderer/shell/engine.ts';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { makeCannedEngine, type CannedAnswers } from './canned-engine.ts';
import Harness from './Harness.svelte';

/** Renders a page at `path` over a canned engine, following the address as the shell does; returns what was saved. */
export async function renderPage(
  component: Component<{ rest: readonly string[] }>,
  path: readonly [page: string, ...rest: string[]],
  answers: CannedAnswers = {},
): Promise<{ saved: unknown[] }> {
  localStorage.clear();
  const { router: canned, saved } = makeCannedEngine(answers);
  router.replace(...path);
  onTestFinished(router.start());
  // The pages under test call only the parts of the contract that are canned.
  const engine = createRouterClient(canned) as Engine;
  await render(Harness, { engine, component });
  return { saved };
}
