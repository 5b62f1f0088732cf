import { percent } from "../format/numbers";

/** How much of something is done, 0 to 1. */
export function Progress({ share, label }: { share: number; label: string }) {
  const bounded = Math.max(0, Math.min(1, share));
  return (
    <span class="progress">
      <progress max={1} value={bounded} aria-label={label} />
      <span class="num">{percent(bounded)}</span>
    </span>
  );
}
