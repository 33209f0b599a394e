// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "library-use",
    dependencies: [
        .package(url: "https://example.com/apus", from: "0.1.0")
    ],
    targets: [
        .executableTarget(
            name: "library-use",
            dependencies: [
                .product(name: "Apus", package: "apus"), .product(name: "ApusTraining", package: "apus"),
            ])
    ]
)
