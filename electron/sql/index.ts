export type { AudiencePlan } from './audience-plan.ts';
export { compileHistogram, compileMembers, readHistogram } from './compile-audience.ts';
export { compileColumnValues, compileCustomerView, compileRowCount } from './compile-catalog.ts';
export { type ReadinessQuery, compileReadiness, readReadiness } from './compile-readiness.ts';
export type { BindType, BoundValue, CompiledQuery, ResultColumn } from './compiled-query.ts';
export type { Dialect } from './dialect.ts';
export { planAudience } from './plan-audience.ts';
export { quoteIdentifier, quoteTable } from './printer.ts';
