/* Written by `byhand export`: @description@

   int label = byhand_predict(image, probabilities);

   reads @height@ rows of @width@ grey levels, bright on dark, and gives the position of the most probable of
   byhand_labels, with the probability of each. It is C99, keeps nothing between calls, and needs no memory but its
   stack: some @widest@ x 8 bytes. */

#ifndef BYHAND_WEIGHTS_H
#define BYHAND_WEIGHTS_H

#include <math.h>
#include <stdint.h>

enum { BYHAND_HEIGHT = @height@, BYHAND_WIDTH = @width@, BYHAND_PIXELS = @height@ * @width@, BYHAND_CLASSES = @classes@ };

static const char *const byhand_labels[BYHAND_CLASSES] = {@labels@};

@arrays@

@deskewing@/* A dense layer: out = activation(in W + bias), the weights unit by unit. */
static void byhand_layer(const float *in, int inputs, const @weight_type@ *weights, const float *scale, const float *bias,
                         int units, int hidden, float *out) {
@unused_scale@    for (int unit = 0; unit < units; unit++, weights += inputs) {
        float sum = 0;
        for (int i = 0; i < inputs; i++) sum += in[i] * weights[i];
        @product@
        const float z = sum;
        out[unit] = hidden ? (@activation@) : z;
    }
}

static int byhand_predict(const uint8_t image[BYHAND_PIXELS], float probabilities[BYHAND_CLASSES]) {
    float signal[2][@widest@];
@prepare@    for (int i = 0; i < BYHAND_PIXELS; i++) signal[0][i] = image[i];
@calls@
    const float *logits = signal[@last@];
    int best = 0;
    for (int k = 1; k < BYHAND_CLASSES; k++) {
        if (logits[k] > logits[best]) best = k;
    }
    float total = 0;
    for (int k = 0; k < BYHAND_CLASSES; k++) {
        probabilities[k] = expf((logits[k] - logits[best]) / @temperature@);
        total += probabilities[k];
    }
    for (int k = 0; k < BYHAND_CLASSES; k++) probabilities[k] /= total;
    return best;
}

#endif
