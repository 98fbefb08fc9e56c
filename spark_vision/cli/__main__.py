"""`python -m spark_vision.cli`."""

from spark_vision.cli.app import main

main()
