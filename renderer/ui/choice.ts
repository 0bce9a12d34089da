/** One choice of a select, combobox or set of radio cards. Choices with the same `group` are shown under that heading. */
export type Choice<T extends string = string> = {
  readonly value: T;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly group?: string | undefined;
  readonly disabled?: boolean | undefined;
};

/** Consecutive choices under one heading; an undefined heading shows none. */
export type ChoiceGroup<T extends string> = { heading: string | undefined; choices: Choice<T>[] };

/** The choices by their group, groups in order of first appearance. */
export function groupChoices<T extends string>(choices: readonly Choice<T>[]): ChoiceGroup<T>[] {
  const groups = new Map<string | undefined, Choice<T>[]>();
  for (const choice of choices) {
    const members = groups.get(choice.group);
    if (members === undefined) groups.set(choice.group, [choice]);
    else members.push(choice);
  }
  return [...groups].map(([heading, members]) => ({ heading, choices: members }));
}

/** The choices whose label, hint or group holds every word of the text, in any case. */
export function searchChoices<T extends string>(choices: readonly Choice<T>[], text: string): Choice<T>[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return choices.filter((choice) => {
    const whole = `${choice.label} ${choice.hint ?? ''} ${choice.group ?? ''}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}

/** The choice with this value, or undefined. */
export function findChoice<T extends string>(
  choices: readonly Choice<T>[],
  value: string,
): Choice<T> | undefined {
  return choices.find((choice) => choice.value === value);
}

/** The choices as bits-ui wants them: no key that is undefined. */
export function toItems<T extends string>(
  choices: readonly Choice<T>[],
): { value: string; label: string; disabled: boolean }[] {
  return choices.map(({ value, label, disabled }) => ({ value, label, disabled: disabled ?? false }));
}
