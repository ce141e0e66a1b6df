/* A pixel of the image; 0 outside. */
static float byhand_pixel(const uint8_t *image, int row, int column) {
    const int inside = row >= 0 && row < BYHAND_HEIGHT && column >= 0 && column < BYHAND_WIDTH;
    return inside ? image[row * BYHAND_WIDTH + column] : 0;
}

static float byhand_between(float value, float least, float largest) {
    return value < least ? least : value > largest ? largest : value;
}

/* Bring an image upright, to the middle and to one size, by its moments: see byhand's preprocessing/deskewing.py. */
static void byhand_deskew(const uint8_t image[BYHAND_PIXELS], uint8_t upright[BYHAND_PIXELS]) {
    const float middle_row = (BYHAND_HEIGHT - 1) / 2.0f, middle_column = (BYHAND_WIDTH - 1) / 2.0f;
    uint8_t peak = 0;
    for (int i = 0; i < BYHAND_PIXELS; i++) peak = image[i] > peak ? image[i] : peak;
    double sums[6] = {0};
    for (int i = 0; i < BYHAND_PIXELS; i++) {
        const double d = i / BYHAND_WIDTH - middle_row, a = i % BYHAND_WIDTH - middle_column;
        const float clear = image[i] - @mass@ * peak;
        if (clear <= 0) continue;
        sums[0] += clear;
        sums[1] += clear * d;
        sums[2] += clear * a;
        sums[3] += clear * d * d;
        sums[4] += clear * d * a;
        sums[5] += clear * a * a;
    }
    const float mass = sums[0] > 1e-6 ? (float)sums[0] : 1e-6f;
    const float r = (float)sums[1] / mass, c = (float)sums[2] / mass;
    const float rr = (float)sums[3] / mass - r * r, rc = (float)sums[4] / mass - r * c;
    const float cc = (float)sums[5] / mass - c * c, slant = rr > 0 ? rc / rr : 0, rest = cc - slant * rc;
    const float tall = byhand_between(sqrtf(rr > 0 ? rr : 0) / @target_rows@, @least_rows@, @largest_rows@);
    const float wide = byhand_between(sqrtf(rest > 0 ? rest : 0) / @target_columns@, @least_columns@, @largest_columns@);
    for (int i = 0; i < BYHAND_PIXELS; i++) {
        const float y = tall * (i / BYHAND_WIDTH - middle_row), x = wide * (i % BYHAND_WIDTH - middle_column);
        const float row = byhand_between(y + (r + middle_row) + 1, 0, BYHAND_HEIGHT + 1);
        const float column = byhand_between(x + slant * y + (c + middle_column) + 1, 0, BYHAND_WIDTH + 1);
        const int top = (int)row, left = (int)column;
        const float down = row - top, right = column - left;
        const float a = byhand_pixel(image, top - 1, left - 1), b = byhand_pixel(image, top - 1, left);
        const float p = byhand_pixel(image, top, left - 1), q = byhand_pixel(image, top, left);
        const float upper = a + (b - a) * right, lower = p + (q - p) * right;
        upright[i] = (uint8_t)rintf(upper + (lower - upper) * down);
    }
}

