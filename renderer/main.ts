import '@fontsource-variable/inter/index.css';
import { mount } from 'svelte';
import { z } from 'zod';
import App from './shell/App.svelte';
import { theme } from './shell/theme.svelte.ts';
import './ui/base.css';

// Zod otherwise tries `new Function` once, which the content security policy refuses and reports.
z.config({ jitless: true });

theme.start();

const target = document.getElementById('app');
if (target !== null) mount(App, { target });
