/** Where a dragged part would land: before the part that now stands at `at` of the group. */
export interface DropPlace {
  readonly groupId: string;
  readonly at: number;
}

/** A part on its way to another place of the rule. */
export class PartDrag {
  /** The id of the dragged part; undefined while nothing is dragged. */
  id = $state<string>();
  place = $state.raw<DropPlace>();

  start(id: string): void {
    this.id = id;
  }

  over(groupId: string, at: number): void {
    if (this.place?.groupId !== groupId || this.place.at !== at) this.place = { groupId, at };
  }

  /** Ends the drag. @returns what to move where, or undefined where it ended nowhere. */
  end(): { id: string; place: DropPlace } | undefined {
    const ended =
      this.id !== undefined && this.place !== undefined ? { id: this.id, place: this.place } : undefined;
    this.id = undefined;
    this.place = undefined;
    return ended;
  }
}
