-- Why: receipts are promised for a retention and forgotten after it. Forgetting whole days by dropping their partitions
-- costs the writer nothing; only ids that carry no time (versions 4 and 5) have to be swept row by row.

-- migrate:up

-- Makes the partitions of the retention (an id may be as old as it) and of the next two days, drops those past it, and
-- sweeps up to 20,000 old rows of the partition without a day. Returns how many rows were swept: called again until
-- fewer. One caller at a time; the others return 0 at once. ATTACH and a dropped partition wait for no append longer
-- than lock_timeout, and what could not be dropped now goes the next hour.
CREATE FUNCTION keel_keep_receipts(p_retention interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  v_now    timestamp := clock_timestamp() AT TIME ZONE 'UTC';
  v_oldest date := (v_now - p_retention)::date;
  v_day    date;
  v_name   text;
  v_swept  bigint;
BEGIN
  IF p_retention < interval '1 hour' THEN
    RAISE EXCEPTION 'a retention of % is too short', p_retention USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF NOT pg_try_advisory_xact_lock(hashtext('keel_keep_receipts')) THEN RETURN 0; END IF;

  FOR v_day IN SELECT generate_series(v_oldest, v_now::date + 2, interval '1 day')::date LOOP
    v_name := 'receipts_' || to_char(v_day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass('public.' || v_name) IS NOT NULL;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.receipts INCLUDING ALL)', v_name);
    EXECUTE format('ALTER TABLE public.receipts ATTACH PARTITION public.%I FOR VALUES IN (%L)', v_name, v_day);
  END LOOP;

  FOR v_name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'public.receipts'::regclass
       AND c.relname > 'receipts_19700101' AND c.relname < 'receipts_' || to_char(v_oldest, 'YYYYMMDD')
  LOOP
    BEGIN
      EXECUTE format('DROP TABLE public.%I', v_name);
    EXCEPTION WHEN lock_not_available THEN
      RAISE NOTICE '% is busy: dropped the next time', v_name;
    END;
  END LOOP;

  DELETE FROM public.receipts_19700101 r
   WHERE r.ctid = ANY (ARRAY(SELECT old.ctid FROM public.receipts_19700101 old
                              WHERE old.recorded_at < clock_timestamp() - p_retention LIMIT 20000));
  GET DIAGNOSTICS v_swept = ROW_COUNT;
  RETURN v_swept;
END $$;

-- A journal can be written as soon as it is migrated.
SELECT keel_keep_receipts(interval '7 days');
