import ApusData
import ApusToolSupport
import ArgumentParser

/// How training images are changed at random. All are off unless they are asked for.
struct AugmentationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Maximum shift along each axis.", valueName: "pixels"))
    var shift: Float = 0

    @Option(help: ArgumentHelp("Maximum rotation to either side.", valueName: "degrees"))
    var rotation: Float = 0

    @Option(help: ArgumentHelp("Maximum change of size: 0.1 is 0.9 to 1.1 times.", valueName: "amount"))
    var scale: Float = 0

    @Option(help: ArgumentHelp("Maximum shear to either side.", valueName: "amount"))
    var shear: Float = 0

    @Option(help: ArgumentHelp("Standard deviation of a smooth elastic displacement.", valueName: "pixels"))
    var elastic: Float = 0

    @Option(help: ArgumentHelp("Pixels between the control points of the elastic displacement.", valueName: "pixels"))
    var elasticSpacing: Float = 7

    @Flag(help: "Mirror every second image, at random.")
    var flip = false

    @Option(help: ArgumentHelp("Probability that a rectangle of an image is erased.", valueName: "probability"))
    var erase: Float = 0

    @Option(help: ArgumentHelp("Maximum side of that rectangle, as a part of the image's.", valueName: "part"))
    var eraseSide: Float = 0.4

    func augmentation() throws -> Augmentation {
        var augmentation = Augmentation()
        augmentation.shift = shift
        augmentation.rotation = rotation
        augmentation.scale = scale
        augmentation.shear = shear
        augmentation.elasticity = elastic
        augmentation.elasticSpacing = elasticSpacing
        augmentation.flip = flip
        augmentation.eraseChance = erase
        augmentation.eraseSide = eraseSide
        do { try augmentation.check() } catch { throw ValidationError(error.description) }
        return augmentation
    }

    func validate() throws { _ = try augmentation() }
}
