/** The surroundings of every page for a signed-in person: the brand, the language, the navigation, the end of grace. */
import { shownEmail } from '../../domain/account.ts';
import { mayOpen } from '../../domain/administration/may-act.ts';
import { hasFactor } from '../../domain/enrolment/enrolment.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Visit } from '../../use-cases/account/visit.ts';
import type { PageContext } from '../pages/page-contract.ts';

export function accountContext({ policyResult }: Visit, refusal: Refusal | null = null): PageContext {
  const { account, tenant, decision, enrolments } = policyResult;
  return {
    refusal,
    tenantId: tenant.id,
    locale: account.locale,
    signedInAs: shownEmail(account.email),
    opensConsole: mayOpen(account.role, 'overview'),
    graceUntil: decision.kind === 'satisfied' ? (decision.graceUntil ?? null) : null,
    graceIsStronger: hasFactor(enrolments),
  };
}
