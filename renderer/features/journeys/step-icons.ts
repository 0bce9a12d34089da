import GitFork from '@lucide/svelte/icons/git-fork';
import Hourglass from '@lucide/svelte/icons/hourglass';
import LogIn from '@lucide/svelte/icons/log-in';
import LogOut from '@lucide/svelte/icons/log-out';
import Send from '@lucide/svelte/icons/send';
import Shuffle from '@lucide/svelte/icons/shuffle';
import Timer from '@lucide/svelte/icons/timer';
import type { Component } from 'svelte';
import type { StepKind } from '../../../electron/domain/journey.ts';
import { describeStepKind } from '../../text/journey-words.ts';
import type { MenuItem } from '../../ui/menu-item.ts';
import { ADDED_KINDS } from './edit-steps.ts';

/** The icon of each kind of step. */
export const STEP_ICONS: Readonly<Record<StepKind, Component<{ size?: number | string }>>> = {
  entry: LogIn,
  'audience-split': GitFork,
  'random-split': Shuffle,
  wait: Timer,
  'wait-until': Hourglass,
  activate: Send,
  exit: LogOut,
};

/** The kinds that can be added, as rows of a menu. */
export function kindItems(onselect: (kind: StepKind) => void): MenuItem[] {
  return ADDED_KINDS.map((kind) => ({
    label: describeStepKind(kind).label,
    hint: describeStepKind(kind).hint,
    icon: STEP_ICONS[kind],
    onselect: () => onselect(kind),
  }));
}
