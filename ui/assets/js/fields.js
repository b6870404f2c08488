// govuk-frontend's own behaviour for the parts that need it; nothing is started twice.

import { Button } from "./govuk/components/button/button.mjs";
import { CharacterCount } from "./govuk/components/character-count/character-count.mjs";
import { Checkboxes } from "./govuk/components/checkboxes/checkboxes.mjs";
import { ErrorSummary } from "./govuk/components/error-summary/error-summary.mjs";
import { NotificationBanner } from "./govuk/components/notification-banner/notification-banner.mjs";
import { Radios } from "./govuk/components/radios/radios.mjs";
import { SkipLink } from "./govuk/components/skip-link/skip-link.mjs";

// ARIA knows no expanded state of a radio button; what it opens is named by aria-controls.
class PlainRadios extends Radios {
  syncConditionalRevealWithInputState(input) {
    super.syncConditionalRevealWithInputState(input);
    input.removeAttribute("aria-expanded");
  }
}

const KINDS = [Button, CharacterCount, Checkboxes, NotificationBanner, PlainRadios, SkipLink, ErrorSummary];

// A part that came by a live update must not take the focus away from where somebody types.
export function startFields(scope, { takeFocus = true } = {}) {
  for (const Kind of KINDS) {
    for (const element of scope.querySelectorAll(`[data-module="${Kind.moduleName}"]`)) {
      if (element.hasAttribute(`data-${Kind.moduleName}-init`)) continue;
      const steals = Kind === ErrorSummary || Kind === NotificationBanner;
      new Kind(element, steals && !takeFocus ? { disableAutoFocus: true } : {});
    }
  }
}
