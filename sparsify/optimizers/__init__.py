"""What moves the parameters of models in training, beside the proximal step of `sparsify.penalties`."""
