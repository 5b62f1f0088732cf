-- What the journal says of a flash sale, beside what it should be; psql variables run, stock, buyers. One row a question.
\set QUIET on
\pset footer off
WITH
  mine AS (
    SELECT context, aggregate_type, aggregate_id, lane, position, version, type
      FROM events
     WHERE context IN ('inventory', 'cart', 'purchase') AND starts_with(aggregate_id, :'run' || '/')
  ),
  promised AS (
    SELECT sum(CASE type WHEN 'keel.inventory.v1.StockReserved' THEN 1 WHEN 'keel.inventory.v1.ReservationReleased' THEN -1 END)
             OVER (ORDER BY version) AS units
      FROM mine
     WHERE context = 'inventory'
  ),
  sold AS (SELECT least(:stock, :buyers) AS units),
  answers(question, found, expected) AS (
    SELECT 'units promised', count(*) FILTER (WHERE type = 'keel.inventory.v1.StockReserved'), (SELECT units FROM sold) FROM mine
    UNION ALL
    SELECT 'most units promised at any moment', coalesce(max(units), 0), (SELECT units FROM sold) FROM promised
    UNION ALL
    SELECT 'items put into carts', count(*) FILTER (WHERE type = 'keel.cart.v1.ItemAdded'), (SELECT units FROM sold) FROM mine
    UNION ALL
    SELECT 'purchases', count(*) FILTER (WHERE type = 'keel.purchase.v1.PurchaseRequested'), :buyers FROM mine
    UNION ALL
    SELECT 'purchases refused', count(*) FILTER (WHERE type = 'keel.purchase.v1.PurchaseRefused'),
           :buyers - (SELECT units FROM sold) FROM mine
    UNION ALL
    SELECT 'aggregates with a hole in their versions', count(*), 0
      FROM (SELECT FROM mine GROUP BY context, aggregate_type, aggregate_id HAVING count(*) <> max(version)) AS holes
    UNION ALL
    SELECT 'lanes with a hole in their positions', count(*), 0
      FROM (SELECT FROM events GROUP BY context, lane HAVING count(*) <> max(position)) AS holes
  )
SELECT question AS "in the journal", found, expected, CASE WHEN found = expected THEN 'ok' ELSE 'WRONG' END AS verdict FROM answers;
