import type { IconName } from "../components/icon";

/** The places in the navigation, with the second key of their shortcut. */
export interface Place {
  path: string;
  name: string;
  icon: IconName;
  key: string;
}

export interface PlaceGroup {
  name: string;
  places: Place[];
}

export const groups: PlaceGroup[] = [
  {
    name: "System",
    places: [
      { path: "", name: "Overview", icon: "overview", key: "o" },
      { path: "tree", name: "Supervision tree", icon: "tree", key: "t" },
      { path: "nodes", name: "Nodes", icon: "nodes", key: "n" },
      { path: "logs", name: "Logs", icon: "logs", key: "l" },
      { path: "configuration", name: "Configuration", icon: "configuration", key: "c" },
    ],
  },
  {
    name: "Data",
    places: [
      { path: "aggregates", name: "Aggregates", icon: "aggregates", key: "a" },
      { path: "projections", name: "Projections", icon: "projections", key: "p" },
      { path: "parked", name: "Parked", icon: "parked", key: "k" },
      { path: "operations", name: "Operations", icon: "operations", key: "r" },
    ],
  },
  {
    name: "Record",
    places: [
      { path: "audit", name: "Audit", icon: "audit", key: "u" },
      { path: "about", name: "About and help", icon: "about", key: "h" },
    ],
  },
];

export const places = groups.flatMap((group) => group.places);
