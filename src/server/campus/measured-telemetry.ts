import type { MeasuredTelemetry } from './telemetry-rows.ts'

/** Written by `node scripts/calibrate.ts`; never by hand. What each number is, says the type. */
export const measuredTelemetry: MeasuredTelemetry = {
  idlePart: 295,
  idle: { watts: [154, 604, 612, 621, 628, 633, 640, 645, 651, 658, 668, 674, 681, 684, 687, 688, 688] },
  active: {
    utilisation: [0, 600, 930, 980, 990, 990, 990, 990, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000],
    activity: [0, 9, 206, 430, 508, 579, 656, 711, 760, 781, 830, 868, 909, 932, 946, 974, 1000],
    watts: [690, 741, 862, 929, 970, 1121, 1334, 2463, 3282, 3792, 4025, 4129, 4297, 4434, 4530, 4720, 5580],
  },
}
