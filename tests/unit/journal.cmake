foreach(name failure placement migration_files in_memory_faults recent_events)
  keel_test(journal_${name}_test SOURCES journal_${name}_test.cpp DEPENDS keel_journal LABELS unit)
endforeach()
