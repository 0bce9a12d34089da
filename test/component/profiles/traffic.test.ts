import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import ProfilesPage from '../../../renderer/features/profiles/ProfilesPage.svelte';
import { AS_OF } from '../support/canned-lakehouse.ts';
import { makeLatency, PART } from '../support/canned-profiles.ts';
import { judgePage } from '../support/judge-page.ts';
import { renderProfiles } from '../support/profile-engine.ts';
import { textOf } from '../support/text-of.ts';

const KEY = { id: 'banner', name: 'Banner', sha256: '0'.repeat(64), parts: ['basics'], createdAt: AS_OF };
const chart = () => page.getByRole('img', { name: /^Chart of requests/ });

describe('the traffic of the Profile API', () => {
  it('says that the API is off and that nobody has read', async () => {
    await renderProfiles(ProfilesPage, ['profiles', 'traffic']);
    await expect.element(page.getByText(/^The API is off\./)).toBeVisible();
    await expect.element(page.getByText('Nobody has read a profile yet.')).toBeVisible();
    await expect.element(chart()).toHaveAttribute('aria-label', expect.stringContaining('No requests'));
  });

  it('draws requests and times as they come, with a table of the same', async () => {
    const state = await renderProfiles(ProfilesPage, ['profiles', 'traffic'], {
      api: { parts: [PART], isOn: true },
      status: { status: 'on', url: 'http://127.0.0.1:8787', parts: [], latency: makeLatency(Date.now()) },
    });
    await expect
      .element(chart())
      .toHaveAttribute('aria-label', expect.stringMatching(/59\d at most.*a p99 of 9\.5 ms/));
    await page.getByText('Show as a table').click();
    const rows = page.getByRole('table', { name: 'Requests by second' }).getByRole('row');
    await expect.poll(() => rows.all().length).toBe(31);
    await judgePage();
    const at = new Date(Date.now()).toISOString();
    state.status = { ...state.status, latency: [{ at, requests: 7000, errors: 0, p50: 0.1, p99: 0.4 }] };
    await expect.element(chart()).toHaveAttribute('aria-label', expect.stringContaining('7,000 at most'));
  });

  it('lists who read how many, who was not found and what was refused', async () => {
    await renderProfiles(ProfilesPage, ['profiles', 'traffic'], {
      api: { parts: [PART], keys: [KEY] },
      reads: [
        { keyId: 'banner', minute: AS_OF, requests: 1200, profiles: 1188, missing: 12, refused: 3 },
        { keyId: 'gone', minute: AS_OF, requests: 1, profiles: 0, missing: 0, refused: 1 },
      ],
    });
    const rows = page.getByRole('table', { name: 'Reads' }).getByRole('row');
    await expect.poll(() => textOf(rows.nth(1))).toBe('20 Nov 2026, 09:30Banner1,2001,188123');
    await expect.poll(() => textOf(rows.nth(2))).toContain('gone');
  });
});
