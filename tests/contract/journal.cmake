# One suite, both adapters: so the journal in memory, which most tests use, cannot lie.
set(journal_contract
  journal_contract.cpp
  journal_append_contract.cpp
  journal_ownership_contract.cpp
  journal_reading_contract.cpp
  journal_receipts_contract.cpp
  journal_reactions_contract.cpp)
keel_test(journal_in_memory_test
  SOURCES ${journal_contract} journal_in_memory_test.cpp
  DEPENDS keel_journal
  LABELS contract)
keel_test(journal_postgres_pg_test
  SOURCES ${journal_contract} journal_postgres_pg_test.cpp
  DEPENDS keel_test_postgres
  LABELS contract pg)
