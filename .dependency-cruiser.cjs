/**
 * The house rules of the source tree (see README, "The house"):
 *   domain ← contract ← rpc · domain ← sql ← warehouses · domain ← destinations
 *   services → sql, domain, contract and interfaces only · compose → everything
 *   renderer → electron/domain and electron/contract only · features never import features · no cycles
 */

/** Interfaces that services may know; the concrete things behind them are made in compose.ts. */
const interfaces = [
  '^electron/warehouses/warehouse\\.ts$',
  '^electron/destinations/destination\\.ts$',
  '^electron/keychain/secret-store\\.ts$',
  '^electron/store/store\\.ts$',
  '^electron/profile-api/(api-keys|api-settings|profile-store|profile-store-kind|running-api|write-document|write-paced)\\.ts$',
];

/** A rule: files under `from` may import, of our own tree, only what matches `allowed`. */
function only(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from },
    to: { path: '^(electron|renderer|build|test)/', pathNot: allowed },
  };
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'A cycle means that two concepts are one, or that an interface is missing. ' +
        'Only components may draw each other: a rule in a group in a rule is a tree.',
      severity: 'error',
      from: {},
      to: { circular: true, via: { pathNot: '\\.svelte$' } },
    },
    {
      name: 'no-unresolved',
      comment: 'An import that resolves to nothing works on one machine only.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
    only('domain-is-pure', '^electron/domain/', ['^electron/domain/'], 'The domain knows nothing else.'),
    only(
      'contract-on-domain',
      '^electron/contract/',
      ['^electron/(contract|domain)/'],
      'The contract is shared with the renderer.',
    ),
    only(
      'sql-on-domain',
      '^electron/sql/',
      ['^electron/(sql|domain)/'],
      'SQL is planned from the domain alone.',
    ),
    only(
      'warehouses-on-sql',
      '^electron/warehouses/',
      ['^electron/(warehouses|sample|sql|domain)/'],
      'A warehouse speaks SQL and the domain; errors are domain values.',
    ),
    only(
      'destinations-on-domain',
      '^electron/destinations/',
      ['^electron/(destinations|domain)/'],
      'A destination delivers rows; batching, hashing and the ledger belong to the runner.',
    ),
    only(
      'activation-on-interfaces',
      '^electron/activation/',
      ['^electron/(activation|sql|domain)/', ...interfaces],
      'The runner knows warehouses and destinations by their interfaces.',
    ),
    only(
      'journeys-on-interfaces',
      '^electron/journeys/',
      ['^electron/(journeys|sql|domain)/', ...interfaces],
      'Journeys know warehouses by their interface; sends are runs, which services start.',
    ),
    only(
      'services-on-interfaces',
      '^electron/services/',
      ['^electron/(services|activation|journeys|sql|domain|contract)/', ...interfaces],
      'A service gets its warehouses, destinations, store and secrets from compose.ts.',
    ),
    only(
      'rpc-on-contract',
      '^electron/rpc/',
      ['^electron/(rpc|contract|services|domain)/'],
      'rpc/ maps the contract to services, one line each.',
    ),
    only(
      'store-on-domain',
      '^electron/store/',
      ['^electron/(store|domain)/'],
      'The store holds definitions.',
    ),
    only(
      'keychain-on-domain',
      '^electron/keychain/',
      ['^electron/(keychain|domain)/'],
      'The keychain holds secrets.',
    ),
    only(
      'sample-on-its-own',
      '^electron/sample/',
      ['^electron/(sample|domain)/'],
      'The sample generator is deterministic code of its own.',
    ),
    only(
      'profile-api-on-interfaces',
      '^electron/profile-api/',
      ['^electron/(profile-api|domain)/'],
      'The Profile API serves what it is given, in a thread of its own.',
    ),
    only(
      'engine-on-types',
      '^electron/engine\\.ts$',
      ['^electron/(rpc|contract|services|domain)/', '^electron/compose\\.ts$'],
      'The engine serves a composed router behind one port.',
    ),
    only(
      'cli-on-services',
      '^electron/cli(/|\\.ts$)',
      ['^electron/(cli|services|contract|domain)/', '^electron/compose\\.ts$', '^electron/web/home\\.ts$'],
      'The command line calls the same services as the app.',
    ),
    only(
      'hosts-on-engine',
      '^electron/hosts/',
      ['^electron/(hosts|contract)/', '^electron/(engine|compose)\\.ts$'],
      'A host only decides where the engine runs.',
    ),
    only(
      'web-on-engine',
      '^electron/web/',
      ['^electron/(web|contract|domain)/', '^electron/(engine|compose)\\.ts$'],
      'The browser bridge serves files and the composed router.',
    ),
    only(
      'main-is-thin',
      '^electron/(main|window|preload)\\.ts$|^electron/desktop/',
      ['^electron/(desktop|hosts|contract|web)/', '^electron/window\\.ts$'],
      'The main process opens a window and hands over a port; it holds no product code.',
    ),
    only(
      'renderer-on-shared',
      '^renderer/',
      ['^renderer/', '^electron/(domain|contract)/'],
      'The renderer shares types, checks and the contract, and nothing that can touch a disk or a network.',
    ),
    {
      name: 'features-stay-apart',
      comment: 'Features share through the domain, ui/ or the contract.',
      severity: 'error',
      from: { path: '^renderer/features/([^/]+)/' },
      to: { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
    },
    {
      name: 'ui-knows-no-feature',
      severity: 'error',
      from: { path: '^renderer/(ui|text)/' },
      to: { path: '^renderer/(features|shell)/' },
    },
    {
      name: 'product-needs-no-test',
      comment: 'Product code never imports tests or build scripts.',
      severity: 'error',
      from: { path: '^(electron|renderer)/' },
      to: { path: '^(test|build)/' },
    },
    {
      name: 'concrete-things-in-compose-only',
      comment: 'Only compose.ts joins concrete warehouses, destinations, store and keychain.',
      severity: 'error',
      from: {
        path: '^electron/',
        pathNot:
          '^electron/compose\\.ts$|^electron/(warehouses|destinations|store|keychain|sample|profile-api)/',
      },
      to: {
        path: '^electron/(warehouses|destinations|store|keychain|sample|profile-api)/',
        pathNot: interfaces,
      },
    },
    {
      name: 'drivers-in-warehouses-only',
      severity: 'error',
      from: { path: '^electron/', pathNot: '^electron/(warehouses|sample)/' },
      to: { path: 'node_modules/(@duckdb|@databricks)/' },
    },
    {
      name: 'sqlite-in-store-only',
      severity: 'error',
      from: { path: '^(electron|renderer)/', pathNot: '^electron/(store|profile-api)/' },
      to: { path: 'node_modules/better-sqlite3/' },
    },
    {
      name: 'electron-in-main-only',
      comment:
        'The engine runs in Electron, in a Node child and on the command line: it must not need Electron.',
      severity: 'error',
      from: {
        path: '^(electron|renderer)/',
        pathNot: '^electron/(main|window|preload)\\.ts$|^electron/desktop/',
      },
      to: { path: '(^|node_modules/)electron(/|$)', pathNot: '^electron/' },
    },
    {
      name: 'no-dev-dependency-in-engine',
      comment: 'What the engine imports at run time must be a dependency, or the packaged app lacks it.',
      severity: 'error',
      from: {
        path: '^electron/',
        pathNot: '^electron/(main|window|preload)\\.ts$|^electron/desktop/',
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.svelte', '.json', '.d.ts'],
    },
  },
};
