export type { AudiencePlan } from './audience-plan.ts';
export { compileMembers } from './compile-audience.ts';
export { compileHistogram, readHistogram } from './compile-histogram.ts';
export { compileColumnValues, compileCustomerView } from './compile-catalog.ts';
export { type GrantPlan, compileGrant, compileGrantScript, compileRevoke } from './compile-grants.ts';
export { compileReadiness, readReadiness } from './compile-readiness.ts';
export type { CompiledQuery } from './compiled-query.ts';
export type { Dialect } from './dialect.ts';
export { planAudience } from './plan-audience.ts';
