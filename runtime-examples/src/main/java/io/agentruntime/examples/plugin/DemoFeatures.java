package io.agentruntime.examples.plugin;

import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.atomemo.Credential;
import io.agentruntime.atomemo.FileContext;
import io.agentruntime.atomemo.FileRef;
import io.agentruntime.atomemo.LocalizedText;
import io.agentruntime.atomemo.LocatorCall;
import io.agentruntime.atomemo.LocatorPage;
import io.agentruntime.atomemo.LocatorPage.Item;
import io.agentruntime.atomemo.Mapping;
import io.agentruntime.atomemo.Mapping.MappedField;
import io.agentruntime.atomemo.Model;
import io.agentruntime.atomemo.Parameter;
import io.agentruntime.atomemo.ParameterType;
import io.agentruntime.atomemo.Tool;
import io.agentruntime.atomemo.ToolCall;
import io.agentruntime.examples.quickstart.Screen;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/** What the demo plugin offers: a tool that copies a file, one that fails, an account, a model. */
final class DemoFeatures {

    static final String COPY = "copy-file";
    static final String FAIL = "always-fails";
    static final String ACCOUNT = "demo-account";
    static final String MODEL = "demo/echo-1";

    private static final List<String> FOLDERS = List.of("Inbox", "Reports", "Archive");

    private final AccountProvider accounts = new AccountProvider();
    private final Screen screen;
    private final Runnable copying;

    /** @param copying called when the first bytes of a file have come */
    DemoFeatures(Screen screen, Runnable copying) {
        this.screen = screen;
        this.copying = copying;
    }

    void addTo(AtomemoPlugin plugin) {
        plugin.addTool(copyFile())
                .addTool(alwaysFails())
                .addCredential(account())
                .addModel(model());
    }

    private static LocalizedText text(String english, String chinese) {
        return LocalizedText.english(english).and("zh_Hans", chinese);
    }

    // ---- Tools

    private Tool copyFile() {
        return Tool.builder(COPY)
                .displayName(text("Copy a file", "复制文件"))
                .description(text("Copies a file of the platform's, of any size", "复制平台上的文件，大小不限"))
                .parameter(Parameter.fileRef("file")
                        .displayName(text("File", "文件"))
                        .required()
                        .build())
                .parameter(Parameter.credentialId("account")
                        .credentialName(ACCOUNT)
                        .build())
                .parameter(Parameter.resourceLocator("folder")
                        .displayName(text("Folder", "文件夹"))
                        .list("list_folders", true)
                        .id()
                        .build())
                .parameter(Parameter.resourceMapper("labels")
                        .mappingMethod("label_fields")
                        .dependsOn("folder")
                        .build())
                .invoke(this::copy)
                .locator("list_folders", DemoFeatures::folders)
                .mapping(
                        "label_fields",
                        call -> Mono.just(Mapping.of(
                                MappedField.of("title", ParameterType.STRING),
                                MappedField.of("year", ParameterType.INTEGER))))
                .build();
    }

    /** The bytes go out as they come in: no file is ever whole in memory. */
    private Mono<FileRef> copy(ToolCall call) {
        FileRef file = call.parameters().file("file").orElseThrow(() -> new IllegalArgumentException("Which file?"));
        String name = "copy of " + Objects.requireNonNullElse(file.filename(), "a file");
        String mimeType = Objects.requireNonNullElse(file.mimeType(), "application/octet-stream");
        long size = Objects.requireNonNull(file.size(), "The size of the file is not known");
        FileContext files = call.context().files();
        return files.upload(name, mimeType, size, files.download(file).switchOnFirst((first, bytes) -> {
                    copying.run();
                    return bytes;
                }))
                .doOnNext(copy -> screen.line("plugin", "has copied " + size + " bytes"));
    }

    private static Mono<LocatorPage> folders(LocatorCall call) {
        String filter = Objects.requireNonNullElse(call.filter(), "").toLowerCase(Locale.ROOT);
        Stream<Item> found = FOLDERS.stream()
                .filter(folder -> folder.toLowerCase(Locale.ROOT).contains(filter))
                .map(folder -> Item.of(folder, folder.toLowerCase(Locale.ROOT)));
        return Mono.just(LocatorPage.of(found.toArray(Item[]::new)));
    }

    private static Tool alwaysFails() {
        return Tool.builder(FAIL)
                .displayName(text("Fail", "失败"))
                .description(text("Fails, to show how that looks", "总是失败，用于演示"))
                .invoke(call -> Mono.error(new IllegalStateException("This tool fails on purpose")))
                .build();
    }

    // ---- The account and the model

    private Credential account() {
        return Credential.builder(ACCOUNT)
                .displayName(text("Demo account", "演示账号"))
                .oauth2Parameters()
                .oauth2(accounts::consentAddress, accounts::exchange, accounts::renew)
                .authenticate(accounts::authenticate)
                .build();
    }

    private static Model model() {
        return Model.builder(MODEL)
                .displayName(text("Echo 1", "回声 1"))
                .inputModalities("text", "image")
                .defaultEndpoint("https://models.example/v1")
                .pricing(Map.of("currency", "USD", "input", 0.000002, "output", 0.000008))
                .overrideParameters(Map.of("temperature", Map.of("minimum", 0, "default", 0.7, "maximum", 1)))
                .unsupportedParameters("seed")
                .build();
    }
}
