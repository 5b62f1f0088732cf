export function Logo() {
  return (
    <svg class="logo" width="1.75rem" height="1.75rem" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" class="logo-ground" />
      <path d="M6 10.5h20c0 8-4.2 12.2-10 14.5C10.2 22.7 6 18.5 6 10.5Z" class="logo-hull" />
      <path d="M16 10.5V25" class="logo-keel" />
    </svg>
  );
}
