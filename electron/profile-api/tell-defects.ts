/** Different defects that are told of. A defect shows at one place, so more would be a flood. */
const MOST = 20;

/**
 * Tells of defects that requests met: each once, by the kind of error and where it happened. Its message is left out, since it may hold values
 * of a customer.
 */
export function tellDefects(write: (text: string) => void): (error: unknown) => void {
  const told = new Set<string>();
  return (error) => {
    const place = placeOf(error);
    if (told.size >= MOST || told.has(place)) return;
    told.add(place);
    write(`A request to the Profile API was answered with 500. Report this: ${place}`);
  };
}

function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  // A message may have lines of its own that look like frames: they come before those of the stack.
  const stack = error.stack ?? '';
  const own = stack.indexOf(error.message);
  const frames = own === -1 ? '' : stack.slice(own + error.message.length);
  return [error.constructor.name, ...frames.split('\n').filter((line) => /^ +at /.test(line))].join('\n');
}
