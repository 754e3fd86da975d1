/**
 * The gate after a wave: whether the next one may go out. Pure.
 * Invariant: a gate never lets a wave pass over a threshold; where there was too little traffic to compare, it says so by
 * deciding on the rest alone.
 */
import { type Counts, FAILURES, SUCCEEDED, sumOf } from './tenant-state.ts'

export type Thresholds = {
  /** Tenants that may fail in a wave; one more pauses the run. */
  failures: number
  /** The share of a wave that may fail, from 0 to 1. */
  failureShare: number
  /** By how much the share of failed executions may grow, from 0 to 1. */
  errorRateIncrease: number
  /** How long a wave is watched before its gate decides. */
  watchSeconds: number
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  failures: 0,
  failureShare: 1,
  errorRateIncrease: 0.05,
  watchSeconds: 0,
}

/** Executions of the wave's tenants, and those of them that failed. */
export type Traffic = { executions: number; failed: number }

export type WaveFacts = {
  wave: Counts
  /** Before the wave, over as long a time as has passed since. */
  before: Traffic
  after: Traffic
}

/** Fewer executions than this on either side say nothing about a rate. */
const MIN_EXECUTIONS = 20

/** Why the run has to pause; undefined where it may go on. */
export function gateRefusal({ wave, before, after }: WaveFacts, thresholds: Thresholds): string | undefined {
  const failures = sumOf(wave, FAILURES)
  const tried = failures + sumOf(wave, SUCCEEDED)
  if (failures > thresholds.failures) {
    return `${failures} of the wave's ${tried} tenants failed; ${thresholds.failures} may. Their states "failed" and "parked" say why.`
  }
  if (failures > 0 && failures / tried > thresholds.failureShare) {
    return `${percent(failures / tried)} of the wave failed; ${percent(thresholds.failureShare)} may.`
  }
  if (before.executions < MIN_EXECUTIONS || after.executions < MIN_EXECUTIONS) return undefined
  const grown = rate(after) - rate(before)
  if (grown > thresholds.errorRateIncrease) {
    return `${percent(rate(after))} of the wave's executions failed after it went out, ${percent(rate(before))} before; it may grow by ${percent(thresholds.errorRateIncrease)}.`
  }
  return undefined
}

const rate = ({ executions, failed }: Traffic): number => failed / executions

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`
