// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.TypeVariable;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collector;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every public and protected type and member of a module as text, in an order that does not depend on the compiler. */
final class PublicApi {

    private PublicApi() {}

    /**
     * Finds the public types of a package and the packages below it.
     *
     * @param anchor a class of the module
     * @param packageName the name of the package
     */
    static List<Class<?>> types(Class<?> anchor, String packageName) throws Exception {
        URI place = anchor.getProtectionDomain().getCodeSource().getLocation().toURI();
        if (Files.isDirectory(Path.of(place))) {
            return types(Path.of(place), packageName);
        }
        try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + place), Map.of())) {
            return types(jar.getPath("/"), packageName);
        }
    }

    private static List<Class<?>> types(Path root, String packageName) throws IOException, ClassNotFoundException {
        List<String> names;
        try (Stream<Path> files = Files.walk(root.resolve(packageName.replace('.', '/')))) {
            names = files.map(file -> root.relativize(file).toString())
                    .filter(file -> file.endsWith(".class"))
                    .map(file -> file.replaceFirst("[.]class$", "").replaceAll("[/\\\\]", "."))
                    .sorted()
                    .toList();
        }
        List<Class<?>> types = new ArrayList<>();
        for (String name : names) {
            Class<?> type = Class.forName(name, false, PublicApi.class.getClassLoader());
            if (isVisible(type)) {
                types.add(type);
            }
        }
        return types;
    }

    private static boolean isVisible(Class<?> type) {
        return isVisible(type.getModifiers())
                && !type.isSynthetic()
                && (type.getEnclosingClass() == null || isVisible(type.getEnclosingClass()));
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static boolean isVisible(Member member) {
        return isVisible(member.getModifiers())
                && !member.isSynthetic()
                && !(member instanceof Field field && field.isEnumConstant())
                && !(member instanceof Method method && isOfObject(method));
    }

    /** Returns whether this is a method that every object has, such as {@code toString()}. */
    private static boolean isOfObject(Method method) {
        try {
            return Object.class.getMethod(method.getName(), method.getParameterTypes()) != null;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    /** Returns the type in one line, and each of its members in another line. */
    static String text(Class<?> type) {
        Stream<String> constants = type.isEnum()
                ? Arrays.stream(type.getEnumConstants()).map(each -> "constant " + ((Enum<?>) each).name())
                : Stream.of();
        Stream<String> components =
                type.isRecord() ? Arrays.stream(type.getRecordComponents()).map(PublicApi::component) : Stream.of();
        Stream<String> fields = sorted(type.getDeclaredFields(), PublicApi::field);
        Stream<String> constructors = sorted(type.getDeclaredConstructors(), PublicApi::constructor);
        Stream<String> methods = sorted(type.getDeclaredMethods(), PublicApi::method);
        return Stream.of(constants, components, fields, constructors, methods)
                .flatMap(lines -> lines)
                .map(line -> "  " + line + "\n")
                .collect(joining("", declaration(type) + "\n", ""));
    }

    private static <T extends Member> Stream<String> sorted(T[] members, Function<T, String> text) {
        return Arrays.stream(members)
                .filter(PublicApi::isVisible)
                .sorted(Comparator.comparing((T member) -> member.getName()).thenComparing(text))
                .map(text);
    }

    private static String declaration(Class<?> type) {
        Stream<String> supertypes = Stream.concat(
                        Stream.ofNullable(type.getAnnotatedSuperclass()), Arrays.stream(type.getAnnotatedInterfaces()))
                .map(PublicApi::type)
                .filter(name -> !name.equals("Object"));
        Stream<String> permitted = !type.isSealed()
                ? Stream.of()
                : Arrays.stream(type.getPermittedSubclasses()).map(PublicApi::name);
        return annotations(type)
                + modifiers(type.getModifiers(), type)
                + kind(type) + " " + type.getName() + typeParameters(type.getTypeParameters())
                + supertypes.collect(list(" : ", ""))
                + permitted.collect(list(" permits ", ""));
    }

    private static String kind(Class<?> type) {
        if (type.isAnnotation()) {
            return "@interface";
        }
        if (type.isInterface()) {
            return "interface";
        }
        return type.isRecord() ? "record" : type.isEnum() ? "enum" : "class";
    }

    /** Returns what callers depend on. Everything that is not protected is public; interfaces are abstract anyway. */
    private static String modifiers(int modifiers, Class<?> type) {
        int shown =
                Modifier.PROTECTED | Modifier.STATIC | Modifier.FINAL | (type.isInterface() ? 0 : Modifier.ABSTRACT);
        return words(Modifier.toString(modifiers & shown));
    }

    private static String component(RecordComponent component) {
        return "component " + type(component.getAnnotatedType()) + " " + component.getName();
    }

    private static String field(Field field) {
        String start = modifiers(field.getModifiers(), field.getDeclaringClass()) + type(field.getAnnotatedType()) + " "
                + field.getName();
        try {
            boolean isConstant = Modifier.isStatic(field.getModifiers())
                    && (field.getType().isPrimitive() || field.getType() == String.class);
            return start + (isConstant ? " = " + field.get(null) : "");
        } catch (IllegalAccessException e) {
            return start;
        }
    }

    private static String constructor(Constructor<?> constructor) {
        return annotations(constructor)
                + modifiers(constructor.getModifiers(), constructor.getDeclaringClass())
                + "new" + signature(constructor);
    }

    private static String method(Method method) {
        String typeParameters = typeParameters(method.getTypeParameters());
        return annotations(method)
                + modifiers(method.getModifiers(), method.getDeclaringClass())
                + (method.isDefault() ? "default " : "")
                + words(typeParameters)
                + type(method.getAnnotatedReturnType()) + " " + method.getName() + signature(method)
                + (method.getDefaultValue() == null ? "" : " default " + value(method.getDefaultValue()));
    }

    private static String signature(Executable executable) {
        AnnotatedType[] types = parameterTypes(executable);
        Annotation[][] annotations = executable.getParameterAnnotations();
        String parameters = IntStream.range(0, types.length)
                .mapToObj(i -> Arrays.stream(annotations[i])
                                .map(each -> words(annotation(each)))
                                .collect(joining())
                        + type(types[i]))
                .collect(joining(", ", "(", ")"));
        return (executable.isVarArgs() ? parameters.replaceFirst("\\[]\\)$", "...)") : parameters)
                + Arrays.stream(executable.getAnnotatedExceptionTypes())
                        .map(PublicApi::type)
                        .collect(list(" throws ", ""));
    }

    /** Newer compilers mark the parameters of a compact constructor as implicit, and reflection then erases their types. */
    private static AnnotatedType[] parameterTypes(Executable executable) {
        AnnotatedType[] types = executable.getAnnotatedParameterTypes();
        RecordComponent[] components = executable.getDeclaringClass().getRecordComponents();
        boolean isCanonical = executable instanceof Constructor
                && components != null
                && Arrays.equals(
                        executable.getParameterTypes(),
                        Arrays.stream(components).map(RecordComponent::getType).toArray());
        return isCanonical
                ? Arrays.stream(components)
                        .map(RecordComponent::getAnnotatedType)
                        .toArray(AnnotatedType[]::new)
                : types;
    }

    private static String typeParameters(TypeVariable<?>[] parameters) {
        return Arrays.stream(parameters)
                .map(parameter -> parameter.getName()
                        + Arrays.stream(parameter.getAnnotatedBounds())
                                .map(PublicApi::type)
                                .filter(bound -> !bound.equals("Object"))
                                .collect(list(" extends ", "")))
                .collect(list("<", ">"));
    }

    private static String type(AnnotatedType type) {
        String nullable = type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "";
        if (type instanceof AnnotatedArrayType array) {
            return type(array.getAnnotatedGenericComponentType()) + (nullable.isEmpty() ? "" : " " + nullable) + "[]";
        }
        if (type instanceof AnnotatedParameterizedType parameterized) {
            return nullable
                    + name((Class<?>) ((ParameterizedType) type.getType()).getRawType())
                    + Arrays.stream(parameterized.getAnnotatedActualTypeArguments())
                            .map(PublicApi::type)
                            .collect(list("<", ">"));
        }
        if (type instanceof AnnotatedWildcardType wildcard) {
            String lower = Arrays.stream(wildcard.getAnnotatedLowerBounds())
                    .map(PublicApi::type)
                    .collect(list(" super ", ""));
            String upper = Arrays.stream(wildcard.getAnnotatedUpperBounds())
                    .map(PublicApi::type)
                    .filter(bound -> !bound.equals("Object"))
                    .collect(list(" extends ", ""));
            return "?" + lower + upper;
        }
        return nullable
                + (type.getType() instanceof Class<?> simple
                        ? name(simple)
                        : type.getType().getTypeName());
    }

    private static String name(Class<?> type) {
        return type.getName().replaceFirst("^(java[.](lang|time|util)|io[.]holdfast[.]lock)[.](?=[A-Z])", "");
    }

    /** Returns the annotations that exist at run time, since frameworks and the compiler read them. */
    private static String annotations(AnnotatedElement element) {
        return Arrays.stream(element.getDeclaredAnnotations())
                .map(each -> words(annotation(each)))
                .sorted()
                .collect(joining());
    }

    /**
     * Returns the annotation with the elements that do not have their default. Does not depend on the JDK, unlike
     * {@code toString()}.
     */
    private static String annotation(Annotation annotation) {
        Class<? extends Annotation> type = annotation.annotationType();
        return "@" + name(type)
                + Arrays.stream(type.getDeclaredMethods())
                        .filter(element -> !Objects.deepEquals(valueOf(element, annotation), element.getDefaultValue()))
                        .sorted(Comparator.comparing(Method::getName))
                        .map(element -> element.getName() + "=" + value(valueOf(element, annotation)))
                        .collect(list("(", ")"));
    }

    private static Object valueOf(Method element, Annotation annotation) {
        try {
            return element.invoke(annotation);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String value(Object value) {
        if (value.getClass().isArray()) {
            return IntStream.range(0, Array.getLength(value))
                    .mapToObj(i -> value(Array.get(value, i)))
                    .collect(joining(", ", "{", "}"));
        }
        if (value instanceof String) {
            return "\"" + value + "\"";
        }
        if (value instanceof Class<?> type) {
            return name(type);
        }
        return value instanceof Enum<?> constant ? constant.name() : value.toString();
    }

    private static String words(String words) {
        return words.isEmpty() ? "" : words + " ";
    }

    /** Joins with commas. The result is empty if there is nothing to join. */
    private static Collector<String, ?, String> list(String start, String end) {
        return collectingAndThen(toList(), items -> items.isEmpty() ? "" : start + String.join(", ", items) + end);
    }
}
