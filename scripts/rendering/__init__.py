"""Rendered products, and photos of them with known boxes.

From the ground up: `mesh`, `profiles`, `lathe`, `sweep` and `boxes` make solids; `kinds` makes
mugs and chairs of them; `materials` and `textures` are their surfaces; `products`, `homeware` and
`training_range` say what a shop sells. `rooms`, `moods`, `placing`, `viewpoints` and `scenes`
describe a photo, `studio` a catalogue picture. `renderer` and `denoising` alone load the heavy
libraries, and only when a picture is made. `effects` is the camera, `labels` the truth about the
photo, `plans`, `tasks`, `ledger`, `runner` and `dataset` make a whole data set.
"""
