// Starts what a page asks for. Every page works without it.

import { start as startCodes } from "./code.js";
import { start as startCopying } from "./copy.js";
import { start as startDependents } from "./dependents.js";
import { start as startDrafts } from "./draft.js";
import { start as startFilters } from "./filter.js";
import { start as startGuard } from "./guard.js";
import { start as startGuest } from "./guest.js";
import { start as startIdleLock } from "./idle.js";
import { start as startKeypads } from "./keypad.js";
import { start as startKeys } from "./keys.js";
import { read as readLive, start as startLive } from "./live.js";
import { start as startOffline } from "./offline.js";
import { start as startPages } from "./pages.js";
import { start as startPasskeys } from "./passkey.js";
import { start as startPrinting } from "./print.js";
import { start as startTerminal } from "./terminal.js";
import { startFields } from "./fields.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

readLive();
startGuard();
startFields(document);
startDependents();
startDrafts();
startPasskeys();
startPages();
startOffline();
startTerminal();
startLive();
startIdleLock();
startKeys();
startGuest();
startPrinting();
startCopying();
startCodes();
startFilters();
startKeypads();
