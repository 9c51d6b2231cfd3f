"""Pictures of decisions as accessible SVG: the timeline, the map of transfers, the heat map of a matrix.

Every outcome has a colour, a pattern and a sign, so that a picture can be read in black and white, and by those who see
colours differently. Each picture has a title and a description in words.
"""
