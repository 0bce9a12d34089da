export type { AudiencePlan } from './audience-plan.ts';
export { compileHistogram, compileMembers, readHistogram } from './compile-audience.ts';
export { compileColumnValues, compileCustomerView } from './compile-catalog.ts';
export { type GrantPlan, compileGrant, compileGrantScript, compileRevoke } from './compile-grants.ts';
export { compileReadiness, readReadiness } from './compile-readiness.ts';
export type { CompiledQuery } from './compiled-query.ts';
export type { Dialect } from './dialect.ts';
export { planAudience } from './plan-audience.ts';
