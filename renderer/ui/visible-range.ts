/** Which rows of a list of equal heights are in view, `end` excluded. */
export type VisibleRange = { readonly start: number; readonly end: number };

/** Rows drawn beyond each edge, so that fast scrolling shows no gap. */
const BEYOND = 8;

/** The rows to draw; all lengths in pixels. */
export function findVisibleRange(
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
  count: number,
): VisibleRange {
  const first = Math.floor(scrollTop / rowHeight) - BEYOND;
  const last = Math.ceil((scrollTop + viewHeight) / rowHeight) + BEYOND;
  const end = Math.min(count, Math.max(0, last));
  return { start: Math.min(end, Math.max(0, first)), end };
}

/** The scroll offset that brings a row into view, moving as little as possible; lengths in pixels. */
export function scrollOffsetFor(
  index: number,
  rowHeight: number,
  scrollTop: number,
  viewHeight: number,
): number {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + viewHeight) return top + rowHeight - viewHeight;
  return scrollTop;
}
