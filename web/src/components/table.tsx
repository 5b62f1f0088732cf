import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

export interface Column<T> {
  id: string;
  head: string;
  cell: (row: T) => ComponentChildren;
  /** Numbers end at the same edge. */
  number?: boolean;
  /** Left out on narrow screens: the detail page has it. */
  wide?: boolean;
  /** The column that gives way when there is little room. */
  grows?: boolean;
  sort?: (row: T) => number | string | bigint;
}

interface Order {
  column: string;
  down: boolean;
}

function ordered<T>(rows: T[], columns: Column<T>[], order: Order | undefined): T[] {
  const by = columns.find((column) => column.id === order?.column)?.sort;
  if (!by || !order) return rows;
  const sign = order.down ? -1 : 1;
  return [...rows].sort((left, right) => {
    const a = by(left);
    const b = by(right);
    return a < b ? -sign : a > b ? sign : 0;
  });
}

function Head<T>({ column, order, press }: { column: Column<T>; order: Order | undefined; press: () => void }) {
  const sorted = order?.column === column.id ? (order.down ? "descending" : "ascending") : undefined;
  return (
    <th scope="col" class={classOf(column)} aria-sort={sorted ?? (column.sort ? "none" : undefined)}>
      {column.sort ? (
        <button type="button" class="sort" onClick={press}>
          {column.head}
          <span class="sort-mark" aria-hidden="true">
            {sorted === "ascending" ? "▲" : sorted === "descending" ? "▼" : ""}
          </span>
        </button>
      ) : (
        column.head
      )}
    </th>
  );
}

const classOf = <T,>({ number, wide, grows }: Column<T>): string =>
  [number ? "number" : "", wide ? "wide" : "", grows ? "grows" : ""].filter(Boolean).join(" ");

interface TableOptions<T> {
  caption: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  empty: ComponentChildren;
  rowClass?: (row: T) => string | undefined;
}

/** A table that scrolls sideways in its own region when the screen is too narrow. */
export function Table<T>({ caption, columns, rows, keyOf, empty, rowClass }: TableOptions<T>) {
  const [order, setOrder] = useState<Order | undefined>();
  if (rows.length === 0) return <div class="empty">{empty}</div>;
  const press = (column: string): void =>
    setOrder((before) => (before?.column === column ? { column, down: !before.down } : { column, down: true }));
  return (
    <div class="table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} order={order} press={() => press(column.id)} />
            ))}
          </tr>
        </thead>
        <tbody>
          {ordered(rows, columns, order).map((row) => (
            <tr key={keyOf(row)} class={rowClass?.(row)}>
              {columns.map((column) => (
                <td key={column.id} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
