import { describe, expect, it } from 'vitest';
import {
  changeRhythm,
  describeSchedule,
  listTimeZones,
  readCron,
  writeCron,
} from '../../../../renderer/text/schedule.ts';

describe('a schedule', () => {
  it.each([
    ['5 * * * *', { every: 'hour', minute: 5 }],
    ['0 6 * * *', { every: 'day', time: '06:00' }],
    ['30 18 * * 1', { every: 'week', day: 1, time: '18:30' }],
    ['30 18 * * 7', { every: 'week', day: 0, time: '18:30' }],
  ])('reads %s as the form shows it', (cron, rhythm) => {
    expect(readCron(cron)).toEqual(rhythm);
  });

  it.each([
    '*/5 * * * *',
    '0 6 1 * *',
    '0 6 * 2 *',
    '0 6 * * 1-5',
    '60 * * * *',
    '0 24 * * *',
    '0 6 * *',
    '',
    '0 6 * * 1 x',
  ])('keeps “%s” as a line', (cron) => {
    expect(readCron(cron)).toEqual({ every: 'line', cron });
  });

  it.each(['5 * * * *', '0 6 * * *', '30 18 * * 1', '*/5 1,2 * * mon'])('writes back %s', (cron) => {
    expect(writeCron(readCron(cron))).toBe(cron);
  });

  it('keeps what two kinds share', () => {
    const week = readCron('30 18 * * 3');
    expect(changeRhythm(week, 'day')).toEqual({ every: 'day', time: '18:30' });
    expect(changeRhythm(week, 'line')).toEqual({ every: 'line', cron: '30 18 * * 3' });
    expect(changeRhythm(undefined, 'week')).toEqual({ every: 'week', day: 1, time: '06:00' });
    expect(changeRhythm(undefined, 'hour')).toEqual({ every: 'hour', minute: 0 });
  });

  it('is described in words', () => {
    expect(describeSchedule({ cron: '0 6 * * 0', timeZone: 'UTC' })).toBe('Every Sunday at 06:00, UTC');
    expect(describeSchedule({ cron: '7 * * * *', timeZone: 'UTC' })).toBe('Every hour at minute 7');
    expect(describeSchedule({ cron: '0 6 1 * *', timeZone: 'UTC' })).toBe('By the cron line 0 6 1 * *, UTC');
  });

  it('offers UTC once, first', () => {
    const zones = listTimeZones();
    expect(zones[0]).toBe('UTC');
    expect(zones.filter((zone) => zone === 'UTC')).toHaveLength(1);
    expect(zones).toContain('Europe/Berlin');
  });
});
