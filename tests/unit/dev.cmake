# The scripts of the house: each test file is one CTest test of its own, run by Python's unittest.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)

foreach(name include_arrows command_shape test_summary retail_totals)
  add_test(NAME ${name}_test COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/tools/${name}_test.py)
  set_tests_properties(${name}_test PROPERTIES LABELS unit TIMEOUT 30)
endforeach()
