import type { Measure, Test } from '../domain/rule.ts';

/** Whether a customer without rows passes a test: `is-empty` always, that of a count where zero passes it. */
export function passesWhenNoRow(test: Test | undefined, measure: Measure | undefined): boolean {
  if (test === undefined) return false;
  if (test.op === 'is-empty') return measure?.of !== 'count' && measure?.of !== 'count-distinct';
  if (measure?.of !== 'count' && measure?.of !== 'count-distinct') return false;
  return numberPasses(0, test);
}

function numberPasses(number: number, test: Test): boolean {
  switch (test.op) {
    case 'equals':
      return number === Number(test.value);
    case 'not-equals':
      return number !== Number(test.value);
    case 'less-than':
      return number < Number(test.value);
    case 'at-most':
      return number <= Number(test.value);
    case 'greater-than':
      return number > Number(test.value);
    case 'at-least':
      return number >= Number(test.value);
    case 'in':
      return test.values.some((each) => number === Number(each));
    case 'not-in':
      return !test.values.some((each) => number === Number(each));
    case 'between':
      return number >= Number(test.low) && number <= Number(test.high);
    case 'from-below':
      return number >= Number(test.low) && number < Number(test.high);
    case 'is-not-empty':
      return true;
    default:
      return false;
  }
}
