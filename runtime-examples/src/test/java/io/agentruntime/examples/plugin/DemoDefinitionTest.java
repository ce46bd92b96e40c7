package io.agentruntime.examples.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.atomemo.PluginDefinition;
import io.agentruntime.examples.quickstart.Screen;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the hub is told of the demo plugin: every field, by its name and type on the wire, in order. */
class DemoDefinitionTest {

    private static final String EXPECTED = """
            {
              "name": "demo-plugin",
              "display_name": {"en_US": "Demo plugin", "zh_Hans": "演示插件"},
              "description": {"en_US": "Copies files, and fails on purpose", "zh_Hans": "复制文件，以及故意失败"},
              "icon": "🔌",
              "author": "Jane Doe",
              "email": "jane@example.com",
              "repo": "https://example.com/demo-plugin",
              "version": "1.0.0",
              "locales": ["en_US", "zh_Hans"],
              "lang": "typescript",
              "credentials": [
                {
                  "name": "demo-account",
                  "display_name": {"en_US": "Demo account", "zh_Hans": "演示账号"},
                  "description": {"en_US": "Demo account", "zh_Hans": "演示账号"},
                  "icon": "",
                  "parameters": [
                    {"name": "client_id", "type": "string", "required": true},
                    {"name": "client_secret", "type": "encrypted_string", "required": true},
                    {"name": "access_token", "type": "encrypted_string"},
                    {"name": "refresh_token", "type": "encrypted_string"},
                    {"name": "expires_at", "type": "integer"}
                  ],
                  "oauth2": true
                }
              ],
              "models": [
                {
                  "name": "demo/echo-1",
                  "display_name": {"en_US": "Echo 1", "zh_Hans": "回声 1"},
                  "description": {"en_US": "Echo 1", "zh_Hans": "回声 1"},
                  "icon": "",
                  "model_type": "llm",
                  "input_modalities": ["text", "image"],
                  "output_modalities": ["text"],
                  "unsupported_parameters": ["seed"],
                  "default_endpoint": "https://models.example/v1",
                  "pricing": {"currency": "USD", "input": 0.000002, "output": 0.000008},
                  "override_parameters": {"temperature": {"minimum": 0, "default": 0.7, "maximum": 1}}
                }
              ],
              "tools": [
                {
                  "name": "copy-file",
                  "display_name": {"en_US": "Copy a file", "zh_Hans": "复制文件"},
                  "description": {
                    "en_US": "Copies a file of the platform's, of any size",
                    "zh_Hans": "复制平台上的文件，大小不限"
                  },
                  "icon": "",
                  "parameters": [
                    {
                      "name": "file",
                      "type": "file_ref",
                      "display_name": {"en_US": "File", "zh_Hans": "文件"},
                      "required": true
                    },
                    {"name": "account", "type": "credential_id", "credential_name": "demo-account"},
                    {
                      "name": "folder",
                      "type": "resource_locator",
                      "display_name": {"en_US": "Folder", "zh_Hans": "文件夹"},
                      "modes": [
                        {"type": "list", "search_list_method": "list_folders", "searchable": true},
                        {"type": "id"}
                      ]
                    },
                    {
                      "name": "labels",
                      "type": "resource_mapper",
                      "mapping_method": "label_fields",
                      "depends_on": ["folder"]
                    }
                  ]
                },
                {
                  "name": "always-fails",
                  "display_name": {"en_US": "Fail", "zh_Hans": "失败"},
                  "description": {"en_US": "Fails, to show how that looks", "zh_Hans": "总是失败，用于演示"},
                  "icon": "",
                  "parameters": []
                }
              ]
            }
            """;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final PluginDefinition definition = definition();

    private static PluginDefinition definition() {
        Screen nobody = new Screen(new PrintStream(PrintStream.nullOutputStream()));
        AtomemoPlugin plugin = PluginDemo.builder(
                        Map.of("HUB_WS_URL", "ws://localhost:4000", "NODE_ENV", "production"), nobody)
                .author("Jane Doe", "jane@example.com")
                .repo("https://example.com/demo-plugin")
                .build();
        new DemoFeatures(nobody, () -> {}).addTo(plugin);
        return plugin.registry().serialize();
    }

    @Test
    void everyFieldIsWhatTheProtocolSays() {
        JsonNode told = JSON.readTree(JSON.writeValueAsBytes(definition));

        assertThat(told).isEqualTo(JSON.readTree(EXPECTED));
        assertThat(told.propertyNames())
                .containsExactlyElementsOf(JSON.readTree(EXPECTED).propertyNames());
    }

    @Test
    void whatIsReadIsWhatWasWritten() {
        assertThat(PluginDefinition.read(JSON.writeValueAsBytes(definition))).isEqualTo(definition);
        assertThat(PluginDefinition.read(EXPECTED.getBytes(UTF_8)).name()).isEqualTo(definition.name());
    }
}
