"""The fourth stage: adds up the moments of each slide and gives the line of each at the end."""

from records import give, records
from slide import MOMENTS, line

sums = {}
for (slide,), body in records():
    before = sums.get(slide, [0] * 6)
    sums[slide] = [a + b for a, b in zip(before, MOMENTS.unpack(body))]

for slide, total in sums.items():
    give([slide], line(slide.decode(), total).encode())
