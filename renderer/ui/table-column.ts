/** One column of a Table. `width` is a CSS length; columns without one share the rest. */
export type TableColumn<K extends string = string> = {
  readonly key: K;
  readonly label: string;
  readonly align?: 'start' | 'end' | undefined;
  readonly width?: string | undefined;
};
