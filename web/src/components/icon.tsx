/** Line drawings of 16 × 16, in the colour of the text. Always beside words or a label, so hidden from screen readers. */
const drawings = {
  overview: "M2 13a6 6 0 1 1 12 0M8 13l3-4.500M2.5 13h11",
  tree: "M3 2.500h4v3H3zM9 7h4v3H9zM9 11.500h4v3H9zM5 5.500V13h4M5 8.500h4",
  nodes: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01M8 5h3M8 11h3",
  logs: "M2.5 3.500h7M2.5 6.500h11M2.5 9.500h9M2.5 12.500h5",
  projections: "M8 2 14 5 8 8 2 5zM2 8l6 3 6-3M2 11l6 3 6-3",
  operations: "M13.5 8a5.5 5.5 0 1 1-1.8-4.100M13.5 1.800v3h-3M8 5v3l2 1.5",
  parked: "M2.5 9.5 4.5 3h7l2 6.500v3.500h-11zM2.5 9.500h3.200l1 1.800h2.600l1-1.800h3.2",
  aggregates: "M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.5 5 8 8.2 13.5 5M8 8.200v6",
  configuration: "M2.5 4.500h6M12 4.500h1.500M2.5 11.500H4M7.5 11.500h6M8.5 4.500a1.7 1.7 0 1 0 3.5 0 1.7 1.7 0 0 0-3.5 0M4 11.500a1.7 1.7 0 1 0 3.5 0 1.7 1.7 0 0 0-3.5 0",
  audit: "M4 3h8v11H4zM6 2h4v2H6zM6.2 9.2 7.5 10.5 10 7.5",
  about: "M8 14.200A6.2 6.2 0 1 0 8 1.800a6.2 6.2 0 0 0 0 12.400zM8 7.300v3.700M8 4.900v.2",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14",
  light: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.500v1.300M8 13.200v1.300M1.5 8h1.300M13.2 8h1.300M3.4 3.400l.9.9M11.7 11.700l.9.9M3.4 12.600l.9-.9M11.7 4.300l.9-.9",
  dark: "M13.5 9.700A6 6 0 0 1 6.3 2.500a6 6 0 1 0 7.2 7.200z",
  system: "M2 3h12v8H2zM6 14h4M8 11v3",
  pause: "M5.5 3.500v9M10.5 3.500v9",
  play: "M5 3.2 12.5 8 5 12.800z",
  menu: "M2.5 4.500h11M2.5 8h11M2.5 11.500h11",
  chevron: "M6 3.5 10.5 8 6 12.5",
  copy: "M5.5 5.500h8v8h-8zM3.5 10.500h-1v-8h8v1",
  close: "M3.5 3.500l9 9M12.5 3.500l-9 9",
  keyboard: "M1.5 4h13v8h-13zM4 6.700h.01M6.7 6.700h.01M9.3 6.700h.01M12 6.700h.01M5 9.500h6",
  warning: "M8 2 14.5 13.500h-13zM8 6.500v3.300M8 11.600v.2",
  back: "M10 3.5 5.5 8 10 12.5",
  external: "M6.5 3.500h-4v10h10v-4M9 2.500h4.500V7M13.5 2.5 7.5 8.5",
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={`${size / 16}rem`} height={`${size / 16}rem`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={drawings[name]} />
    </svg>
  );
}
