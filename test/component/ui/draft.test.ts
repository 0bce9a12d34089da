import { afterEach, describe, expect, it, vi } from 'vitest';
import { Draft } from '../../../renderer/ui/draft.svelte.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('a draft', () => {
  it('goes back and forth over its steps', () => {
    const draft = new Draft('a');
    draft.change('b');
    draft.change('c');
    draft.undo();
    expect(draft.value).toBe('b');
    draft.undo();
    expect([draft.value, draft.canUndo, draft.canRedo]).toEqual(['a', false, true]);
    draft.undo();
    draft.redo();
    draft.redo();
    expect([draft.value, draft.canUndo, draft.canRedo]).toEqual(['c', true, false]);
  });

  it('forgets undone steps once another is taken', () => {
    const draft = new Draft('a');
    draft.change('b');
    draft.undo();
    draft.change('c');
    expect(draft.canRedo).toBe(false);
    draft.undo();
    expect(draft.value).toBe('a');
  });

  it('takes typing into one field as one step, and a pause or another field as the next', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const draft = new Draft('');
    draft.change('n', 'name');
    draft.change('na', 'name');
    vi.advanceTimersByTime(5000);
    draft.change('nam', 'name');
    draft.change('other', 'place');
    const seen = [];
    while (draft.canUndo) {
      draft.undo();
      seen.push(draft.value);
    }
    expect(seen).toEqual(['nam', 'na', '']);
  });

  it('knows whether it differs from what is saved, by what matters', () => {
    const draft = new Draft({ text: 'a', id: 1 }, (left, right) => left.text === right.text);
    expect(draft.isChanged).toBe(false);
    draft.change({ text: 'a', id: 2 });
    expect(draft.isChanged).toBe(false);
    draft.change({ text: 'b', id: 2 });
    expect(draft.isChanged).toBe(true);
    draft.markSaved(draft.value);
    expect(draft.isChanged).toBe(false);
    draft.undo();
    draft.undo();
    expect(draft.isChanged).toBe(true);
  });
});
