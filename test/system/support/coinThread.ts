import { COMPUTERS } from "../../../worker/pool/computers.ts";
import { threadTask } from "../../../worker/pool/thread.ts";
import { COIN_COMPUTER } from "../../support/coin/coinComputer.ts";
import { COIN_NUMBER } from "../../support/coin/coinKind.ts";

/** Like worker/pool/thread.ts, but the thread can toss coins, too. */
export default threadTask(new Map([...COMPUTERS, [COIN_NUMBER, COIN_COMPUTER]]));
