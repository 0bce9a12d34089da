import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import CodeBlock from '../../../renderer/ui/CodeBlock.svelte';

describe('a block of SQL', () => {
  it('shows exactly the text it was given, markup included', async () => {
    const code = "SELECT '<img src=x onerror=alert(1)>' AS a -- <b>\nFROM t";
    await render(CodeBlock, { label: 'SQL', code });
    const block = page.getByRole('region', { name: 'SQL' });
    await expect.element(block).toBeVisible();
    expect(block.element().textContent).toBe(code);
    expect(block.element().querySelector('img, b')).toBeNull();
  });
});
