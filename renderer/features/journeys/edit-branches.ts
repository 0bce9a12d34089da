import type { AudienceSplit, RandomSplit } from '../../../electron/domain/journey.ts';
import { freeBranchId } from './edit-steps.ts';

/** A split, either kind. */
type Split = AudienceSplit | RandomSplit;
type Branch = { readonly id: string; readonly name: string };

/** The branches with one moved to another place. */
export function moveBranch<B>(branches: readonly B[], from: number, to: number): B[] {
  const rest = branches.filter((_, at) => at !== from);
  return [...rest.slice(0, to), ...branches.slice(from, from + 1), ...rest.slice(to)];
}

/** The branches without one. */
export function removeBranch<B>(branches: readonly B[], at: number): B[] {
  return branches.filter((_, index) => index !== at);
}

/** The branches with one changed. */
export function changeBranch<B>(branches: readonly B[], at: number, change: Partial<B>): B[] {
  return branches.map((each, index) => (index === at ? { ...each, ...change } : each));
}

/** The branches with one called otherwise. */
export function renameBranch<B extends { readonly name: string }>(
  branches: readonly B[],
  at: number,
  name: string,
): B[] {
  return branches.map((each, index) => (index === at ? { ...each, name } : each));
}

/** What a new branch of a split is called: `Branch 3`, with a number that is free. */
export function startBranch({ branches }: Pick<Split, 'branches'>): { id: string; name: string } {
  const names = new Set(branches.map((each: Branch) => each.name));
  let number = branches.length + 1;
  while (names.has(`Branch ${number}`)) number += 1;
  const name = `Branch ${number}`;
  return {
    id: freeBranchId(
      name,
      branches.map((each: Branch) => each.id),
    ),
    name,
  };
}

/** True where a branch was not named by a person. */
export function isUnnamed(name: string): boolean {
  return name.trim() === '' || /^Branch \d+$/.test(name);
}

/** The sum of all percentages with the hold-out, to the hundredth. */
export function sumPercent({ branches, holdOut }: RandomSplit): number {
  const all = [...branches.map(({ percent }) => percent ?? 0), holdOut];
  return all.reduce((sum, each) => sum + Math.round(each * 100), 0) / 100;
}

/** The split by weights: what the hold-out leaves is dealt evenly, to the hundredth; the last branch takes the rest. */
export function weighEvenly(split: RandomSplit): RandomSplit {
  const left = Math.round((100 - split.holdOut) * 100);
  const each = Math.floor(left / split.branches.length);
  const last = left - each * (split.branches.length - 1);
  return {
    ...split,
    branches: split.branches.map((branch, at) => ({
      ...branch,
      percent: Math.max(at === split.branches.length - 1 ? last : each, 1) / 100,
    })),
  };
}

/** The split without weights. */
export function dropWeights(split: RandomSplit): RandomSplit {
  return { ...split, branches: split.branches.map(({ percent: _percent, ...branch }) => branch) };
}
