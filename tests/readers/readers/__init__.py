"""Other people's readers, a file each. A reader takes a path and gives for each of its ways to read a name
and a function, which returns the samples as `samples.canonical` has them, or None where there are none to
compare, and raises an exception where it refuses the file."""
