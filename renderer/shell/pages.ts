import Boxes from '@lucide/svelte/icons/boxes';
import Cable from '@lucide/svelte/icons/cable';
import Contact from '@lucide/svelte/icons/contact';
import FolderTree from '@lucide/svelte/icons/folder-tree';
import MapPin from '@lucide/svelte/icons/map-pin';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Send from '@lucide/svelte/icons/send';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import UsersRound from '@lucide/svelte/icons/users-round';
import Waypoints from '@lucide/svelte/icons/waypoints';
import type { Component } from 'svelte';
import ActivationsPage from '../features/activations/ActivationsPage.svelte';
import AudiencesPage from '../features/audiences/AudiencesPage.svelte';
import CatalogPage from '../features/catalog/CatalogPage.svelte';
import ConnectionsPage from '../features/connections/ConnectionsPage.svelte';
import DestinationsPage from '../features/destinations/DestinationsPage.svelte';
import JourneysPage from '../features/journeys/JourneysPage.svelte';
import ModelPage from '../features/model/ModelPage.svelte';
import PermissionsPage from '../features/permissions/PermissionsPage.svelte';
import ProfilesPage from '../features/profiles/ProfilesPage.svelte';
import RunsPage from '../features/runs/RunsPage.svelte';

/** A page of the sidebar. `rest` are the ids after the page's name in the address. */
export type Page = {
  readonly name: string;
  readonly label: string;
  readonly icon: Component<{ size?: number | string }>;
  readonly component: Component<{ rest: readonly string[] }>;
  /** Pages that work on one connection say so where there is none. */
  readonly needsConnection: boolean;
};

/** Every page, in the order of the sidebar. A new page is one line here. */
export const PAGES: readonly Page[] = [
  {
    name: 'connections',
    label: 'Connections',
    icon: Cable,
    component: ConnectionsPage,
    needsConnection: false,
  },
  {
    name: 'permissions',
    label: 'Permissions',
    icon: ShieldCheck,
    component: PermissionsPage,
    needsConnection: true,
  },
  { name: 'catalog', label: 'Catalog', icon: FolderTree, component: CatalogPage, needsConnection: true },
  { name: 'model', label: 'Model', icon: Boxes, component: ModelPage, needsConnection: true },
  {
    name: 'audiences',
    label: 'Audiences',
    icon: UsersRound,
    component: AudiencesPage,
    needsConnection: true,
  },
  {
    name: 'destinations',
    label: 'Destinations',
    icon: MapPin,
    component: DestinationsPage,
    needsConnection: false,
  },
  {
    name: 'activations',
    label: 'Activations',
    icon: Send,
    component: ActivationsPage,
    needsConnection: true,
  },
  {
    name: 'journeys',
    label: 'Journeys',
    icon: Waypoints,
    component: JourneysPage,
    needsConnection: true,
  },
  {
    name: 'profiles',
    label: 'Profiles',
    icon: Contact,
    component: ProfilesPage,
    needsConnection: true,
  },
  { name: 'runs', label: 'Runs', icon: ScrollText, component: RunsPage, needsConnection: false },
];
