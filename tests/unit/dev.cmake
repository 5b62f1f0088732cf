# The scripts of the house: each test file is one CTest test of its own, run by Python's unittest.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)

foreach(name bench_guard flame_graph include_arrows command_shape test_summary retail_totals reference observability embed_web)
  add_test(NAME ${name}_test COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/tools/${name}_test.py)
  set_tests_properties(${name}_test PROPERTIES LABELS unit TIMEOUT 30)
endforeach()

# The demo's reader of order books is a program's own file, so the test compiles it.
keel_test(order_book_test
  SOURCES order_book_test.cpp ${PROJECT_SOURCE_DIR}/demo/order_book.cpp ${PROJECT_SOURCE_DIR}/demo/csv.cpp
  LABELS unit)
target_include_directories(order_book_test PRIVATE ${PROJECT_SOURCE_DIR})
