"""The form of MNIST's images, for everything that must look like one of them.

MNIST's authors fitted each digit into 20 x 20 pixels, keeping its proportions, and placed it in 28 x 28 pixels by its
centre of mass (LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition",
section III.A).
"""

IMAGE_SIDE_PX = 28
IMAGE_SHAPE = (IMAGE_SIDE_PX, IMAGE_SIDE_PX)
DIGIT_BOX_PX = 20  # the digit's longer side
# Measured on the training images: their centres of mass are on average at pixel (14, 14), counted from 0.
CENTRE_OF_MASS_PX = 14
# Two digits in one image, for the network that reads both at once: as high as one digit, up to twice as wide as high.
PAIR_SHAPE = (24, 44)
PAIR_BOX_PX = (20, 40)
