#!/bin/bash
# One series to NIfTI: convert.sh INPUT OUTPUT. Status 2 of dcm2niix: no images that it converts, as in a structure set.
dcm2niix -z n -f %s -o "$2" "$1" || [ $? = 2 ]
