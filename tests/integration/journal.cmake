foreach(name adoption failures migrations plans receipts rivals roles session)
  keel_test(journal_${name}_pg_test
    SOURCES journal_${name}_pg_test.cpp
    DEPENDS keel_test_postgres PkgConfig::libpq
    LABELS integration pg)
endforeach()
