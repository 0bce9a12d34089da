import { describe, expect, it } from 'vitest';
import { groupChoices, searchChoices } from '../../../renderer/ui/choice.ts';
import { readTreeKey, type TreeRow } from '../../../renderer/ui/tree-row.ts';
import { findVisibleRange, scrollOffsetFor } from '../../../renderer/ui/visible-range.ts';

describe('the visible part of a long list', () => {
  it('draws a few rows beyond each edge and never more than there are', () => {
    expect(findVisibleRange(0, 300, 30, 5)).toEqual({ start: 0, end: 5 });
    expect(findVisibleRange(30_000, 300, 30, 100_000)).toEqual({ start: 992, end: 1018 });
    expect(findVisibleRange(0, 300, 30, 0)).toEqual({ start: 0, end: 0 });
  });

  it('stays within a list that became shorter than the scroll offset', () => {
    expect(findVisibleRange(30_000, 300, 30, 3)).toEqual({ start: 3, end: 3 });
  });

  it('scrolls as little as possible to show a row', () => {
    expect(scrollOffsetFor(5, 30, 0, 300)).toBe(0);
    expect(scrollOffsetFor(20, 30, 0, 300)).toBe(330);
    expect(scrollOffsetFor(2, 30, 600, 300)).toBe(60);
  });
});

describe('the keys of a tree', () => {
  const rows: TreeRow[] = [
    { id: 'a', label: 'main', level: 1, expanded: true },
    { id: 'b', label: 'retail', level: 2, expanded: false },
    { id: 'c', label: 'Raw', level: 2 },
  ];

  it('opens, closes and goes to the parent with left and right', () => {
    expect(readTreeKey('ArrowRight', rows, 1)).toEqual({ kind: 'toggle', index: 1 });
    expect(readTreeKey('ArrowRight', rows, 0)).toEqual({ kind: 'focus', index: 1 });
    expect(readTreeKey('ArrowLeft', rows, 0)).toEqual({ kind: 'toggle', index: 0 });
    expect(readTreeKey('ArrowLeft', rows, 2)).toEqual({ kind: 'focus', index: 0 });
    expect(readTreeKey('ArrowRight', rows, 2)).toBeUndefined();
  });

  it('stops at both ends and finds rows by letter, going round', () => {
    expect(readTreeKey('ArrowDown', rows, 2)).toEqual({ kind: 'focus', index: 2 });
    expect(readTreeKey('ArrowUp', rows, 0)).toEqual({ kind: 'focus', index: 0 });
    expect(readTreeKey('r', rows, 1)).toEqual({ kind: 'focus', index: 2 });
    expect(readTreeKey('m', rows, 2)).toEqual({ kind: 'focus', index: 0 });
    expect(readTreeKey('x', rows, 0)).toBeUndefined();
  });

  it('selects a leaf and toggles a branch with Enter', () => {
    expect(readTreeKey('Enter', rows, 2)).toEqual({ kind: 'select', index: 2 });
    expect(readTreeKey('Enter', rows, 1)).toEqual({ kind: 'toggle', index: 1 });
  });
});

describe('choices', () => {
  const choices = [
    { value: 'a', label: 'Score', group: 'Propensity', hint: 'number' },
    { value: 'b', label: 'City' },
    { value: 'c', label: 'Category', group: 'Propensity' },
  ];

  it('are grouped in order of first appearance', () => {
    expect(groupChoices(choices).map((group) => [group.heading, group.choices.length])).toEqual([
      ['Propensity', 2],
      [undefined, 1],
    ]);
  });

  it('are found by every word, in label, hint or group', () => {
    expect(searchChoices(choices, 'prop NUM').map((choice) => choice.value)).toEqual(['a']);
    expect(searchChoices(choices, ' ').length).toBe(3);
  });
});
